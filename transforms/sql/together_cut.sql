-- Customers with more than $lines_per_customer of together_lines before $as_of: the newest line that is too old to count.
select customer_row, max(line_number) - $lines_per_customer as last_cut
from together_lines
where day < $as_of
group by customer_row
having max(line_number) > $lines_per_customer
