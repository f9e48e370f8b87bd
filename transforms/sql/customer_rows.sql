-- All customers, sorted by id. `customer_row` is the row number from 0, the key of customers in all other tables.
-- `segment` is the age segment: 1 below 23, 2 below 28, 3 below 35, 4 below 45, 5 below 55, 6 from 55; 0 if unknown.
select
    cast(row_number() over (order by customer_id) - 1 as integer) as customer_row,
    customers.*,
    cast(case
        when age is null then 0
        when age < 23 then 1
        when age < 28 then 2
        when age < 35 then 3
        when age < 45 then 4
        when age < 55 then 5
        else 6
    end as integer) as segment
from customers
order by customer_id
