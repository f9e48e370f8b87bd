-- The purchases that make pairs of articles bought together in the states of day $first_as_of and later, numbered within
-- each customer from the oldest. `times` is how many of them are of the same customer and article.
with lines as (
    select customer_row, article_row, day
    from purchases
    where day >= $first_as_of - $window_days
),

counted as (
    select customer_row, article_row, count(*) as times from lines group by customer_row, article_row
),

numbered as (
    select
        lines.*,
        row_number() over (partition by customer_row order by day, article_row desc) as line_number
    from lines
)

select
    n.customer_row,
    n.article_row,
    n.day,
    cast(n.line_number as integer) as line_number,
    cast(counted.times as integer) as times
from numbered as n
inner join counted on counted.customer_row = n.customer_row and counted.article_row = n.article_row
