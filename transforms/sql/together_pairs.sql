-- Pairs of articles, the lower row first, that at least two customers bought together in the $window_days before $as_of:
-- how many did, and how many of them on one day. Both kinds of bought together come from this one count.
-- A customer who bought an article of a pair several times counts once. Most bought both once: these are counted as they
-- come, since to group the pairs of all customers first would take as long as all else together.
with seen as (
    select
        t.customer_row,
        t.article_row,
        t.neighbour_row,
        t.once,
        case when t.first_day = t.last_day then 1 else 0 end as same_day
    from together as t
    left join together_cut as c on c.customer_row = t.customer_row
    where last_day < $as_of and first_day >= $as_of - $window_days and t.first_line > coalesce(c.last_cut, 0)
),

by_customer as (
    select article_row, neighbour_row, same_day
    from seen
    where once = 1
    union all
    select article_row, neighbour_row, max(same_day) as same_day
    from seen
    where once = 0
    group by customer_row, article_row, neighbour_row
)

select
    article_row,
    neighbour_row,
    cast(count(*) as integer) as customers,
    cast(sum(same_day) as integer) as customers_same_day
from by_customer
group by article_row, neighbour_row
having count(*) >= 2
