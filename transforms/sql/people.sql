-- The customers and their age segments, sorted by id.
select
    c.*,
    s.segment
from customer_rows as c
inner join customer_segments as s on s.customer_row = c.customer_row
order by c.customer_row
