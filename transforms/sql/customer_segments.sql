-- The age segment of each customer: 1 below 23, 2 below 28, 3 below 35, 4 below 45, 5 below 55, 6 from 55; 0 unknown.
select
    customer_row,
    cast(case
        when age is null then 0
        when age < 23 then 1
        when age < 28 then 2
        when age < 35 then 3
        when age < 45 then 4
        when age < 55 then 5
        else 6
    end as integer) as segment
from customer_rows
order by customer_row
