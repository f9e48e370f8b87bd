-- The lines that make pairs of articles bought together, as of $as_of: those of the last $window_days, of each customer
-- the latest $lines_per_customer, which bounds the join.
with lines as (
    select
        customer_row,
        article_row,
        day,
        row_number() over (partition by customer_row order by day desc, article_row) as line_rank
    from purchases
    where day < $as_of and day >= $as_of - $window_days
)

select customer_row, article_row, day from lines where line_rank <= $lines_per_customer
