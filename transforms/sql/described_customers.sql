-- Customers for whom a state holds numbers, history and recent purchases: those who bought on or after $as_of and
-- before $until, because only they are asked for. If $until is not after $as_of: all customers.
select customer_row
from customer_rows
where $until <= $as_of
union all
select customer_row
from purchases
where day >= $as_of and day < $until
group by customer_row
