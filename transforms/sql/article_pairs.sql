-- Pairs of articles, the lower row first, that at least two customers bought together in the $window_days before
-- $as_of: the number of customers, and the number of those who bought both on one day. Both bought-together tables use
-- this count.
-- A customer counts once, however often they bought the pair. Pairs of purchases with `once` are counted without
-- grouping by customer first: most have it, and grouping all of them would take as long as the rest of the query.
with counted as (
    select
        p.customer_row,
        p.article_row,
        p.neighbour_row,
        p.once,
        case when p.first_day = p.last_day then 1 else 0 end as same_day
    from purchase_pairs as p
    left join purchase_cutoffs as c on c.customer_row = p.customer_row
    where last_day < $as_of and first_day >= $as_of - $window_days and p.first_number > coalesce(c.last_excluded, 0)
),

by_customer as (
    select article_row, neighbour_row, same_day
    from counted
    where once = 1
    union all
    select article_row, neighbour_row, max(same_day) as same_day
    from counted
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
