-- Pairs of articles, the lower row first, that at least two customers bought within $span_days of one another: how many
-- did, and how many of them on one day. Both kinds of bought together come from this one join.
-- A customer who bought an article of a pair several times counts once. Most bought both once: these are counted as they
-- come, since to group the pairs of all customers first would take as long as all else together.
with once as (
    select
        x.article_row,
        y.article_row as neighbour_row,
        abs(y.day - x.day) as days_apart
    from together_lines as x
    inner join together_lines as y
        on x.customer_row = y.customer_row
        and x.article_row < y.article_row
        and y.day - x.day <= $span_days
        and x.day - y.day <= $span_days
    where x.times = 1 and y.times = 1
),

repeatedly as (
    select
        x.article_row,
        y.article_row as neighbour_row,
        min(abs(y.day - x.day)) as days_apart
    from together_lines as x
    inner join together_lines as y
        on x.customer_row = y.customer_row
        and x.article_row < y.article_row
        and y.day - x.day <= $span_days
        and x.day - y.day <= $span_days
    where x.times > 1 or y.times > 1
    group by x.customer_row, x.article_row, y.article_row
),

by_customer as (
    select article_row, neighbour_row, days_apart from once
    union all
    select article_row, neighbour_row, days_apart from repeatedly
)

select
    article_row,
    neighbour_row,
    cast(count(*) as integer) as customers,
    cast(sum(case when days_apart = 0 then 1 else 0 end) as integer) as customers_same_day
from by_customer
group by article_row, neighbour_row
having count(*) >= 2
