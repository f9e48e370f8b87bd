-- The distinct articles each customer bought on or after day $first and before day $end.
select
    customer_row,
    article_row
from purchases
where day >= $first and day < $end
group by customer_row, article_row
order by customer_row, article_row
