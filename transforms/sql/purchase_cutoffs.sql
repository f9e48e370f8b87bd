-- Customers with more than $purchases_per_customer numbered purchases before $as_of, and the number of the newest
-- purchase that is too old to count.
select customer_row, max(purchase_number) - $purchases_per_customer as last_excluded
from numbered_purchases
where day < $as_of
group by customer_row
having max(purchase_number) > $purchases_per_customer
