-- How many customers bought each article in the $window_days before $as_of, of each customer the latest lines alone.
select l.article_row, count(distinct l.customer_row) as n
from together_lines as l
left join together_cut as c on c.customer_row = l.customer_row
where day < $as_of and day >= $as_of - $window_days and l.line_number > coalesce(c.last_cut, 0)
group by l.article_row
