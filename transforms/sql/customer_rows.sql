-- The customers, sorted by id: a customer's row number is the key in every table of the state.
select
    cast(row_number() over (order by customer_id) - 1 as integer) as customer_row,
    customers.*
from customers
order by customer_id
