-- Pairs of articles, the lower row first, that at least two customers bought within $span_days of one another: how many
-- did, and how many of them on one day. Both kinds of bought together come from this one join.
with by_customer as (
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
    group by x.customer_row, x.article_row, y.article_row
)

select
    article_row,
    neighbour_row,
    cast(count(*) as integer) as customers,
    cast(sum(case when days_apart = 0 then 1 else 0 end) as integer) as customers_same_day
from by_customer
group by article_row, neighbour_row
having count(*) >= 2
