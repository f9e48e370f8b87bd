-- One row per (customer, article, day): the number of units bought and their mean price. Ids become row numbers of the
-- sorted tables; `day` counts from 1970-01-01.
select
    c.customer_row,
    a.article_row,
    date_diff('day', date '1970-01-01', t.t_dat) as day,
    cast(count(*) as integer) as units,
    cast(avg(t.price) as double) as price
from transactions as t
inner join customer_rows as c on c.customer_id = t.customer_id
inner join article_rows as a on a.article_id = t.article_id
group by c.customer_row, a.article_row, date_diff('day', date '1970-01-01', t.t_dat)
