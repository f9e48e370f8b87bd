-- The lines that make pairs of articles bought together, as of $as_of: those of the last $window_days, of each customer
-- the latest $lines_per_customer, which bounds the join. `times` is how many of them are of the same customer and article.
with lines as (
    select
        customer_row,
        article_row,
        day,
        row_number() over (partition by customer_row order by day desc, article_row) as line_rank
    from purchases
    where day < $as_of and day >= $as_of - $window_days
),

latest as (
    select customer_row, article_row, day from lines where line_rank <= $lines_per_customer
),

counted as (
    select customer_row, article_row, count(*) as times from latest group by customer_row, article_row
)

select latest.customer_row, latest.article_row, latest.day, counted.times
from latest
inner join counted on counted.customer_row = latest.customer_row and counted.article_row = latest.article_row
