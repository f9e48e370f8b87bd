-- The customers whose own numbers, history and purchases a state holds: those who bought from day $as_of on and before
-- day $until, since nobody else is asked for; where $until is not above $as_of, all.
select customer_row
from customer_rows
where $until <= $as_of
union all
select customer_row
from purchases
where day >= $as_of and day < $until
group by customer_row
