-- The distinct articles each judged customer bought on or after day $cut and before day $end.
with bought as (
    select
        customer_row,
        article_row
    from purchases
    where day >= $cut and day < $end
    group by customer_row, article_row
)

select
    b.customer_row,
    a.article_id
from bought as b
inner join article_rows as a on a.article_row = b.article_row
order by b.customer_row, b.article_row
