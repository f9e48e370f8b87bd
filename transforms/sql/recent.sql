-- The last $recent_length purchases of each customer of described_customers before $as_of, newest first. The query
-- tower reads them.
with ranked as (
    select
        p.customer_row,
        article_row,
        cast(day as integer) as day,
        row_number() over (partition by p.customer_row order by day desc, article_row) as recency_rank
    from purchases as p
    inner join described_customers as d on d.customer_row = p.customer_row
    where p.day < $as_of
)

select customer_row, article_row, day
from ranked
where recency_rank <= $recent_length
order by customer_row, recency_rank
