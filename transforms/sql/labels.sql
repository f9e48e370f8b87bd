-- What each customer bought from day $first on and before day $end: distinct articles.
select
    customer_row,
    article_row
from purchases
where day >= $first and day < $end
group by customer_row, article_row
order by customer_row, article_row
