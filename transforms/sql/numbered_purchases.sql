-- Purchases that can form pairs in the states as of $first_as_of and later, numbered within each customer from the
-- oldest. `article_purchases` is the number of these purchases with the same customer and article.
with recent as (
    select customer_row, article_row, day
    from purchases
    where day >= $first_as_of - $window_days
),

counted as (
    select customer_row, article_row, count(*) as article_purchases from recent group by customer_row, article_row
),

numbered as (
    select
        recent.*,
        row_number() over (partition by customer_row order by day, article_row desc) as purchase_number
    from recent
)

select
    n.customer_row,
    n.article_row,
    n.day,
    cast(n.purchase_number as integer) as purchase_number,
    cast(counted.article_purchases as integer) as article_purchases
from numbered as n
inner join counted on counted.customer_row = n.customer_row and counted.article_row = n.article_row
