-- Number of customers who bought each article in the $window_days before $as_of. Only the latest
-- $purchases_per_customer purchases of a customer count (see purchase_cutoffs).
select p.article_row, count(distinct p.customer_row) as customers
from numbered_purchases as p
left join purchase_cutoffs as c on c.customer_row = p.customer_row
where day < $as_of and day >= $as_of - $window_days and p.purchase_number > coalesce(c.last_excluded, 0)
group by p.article_row
