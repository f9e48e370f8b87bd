-- One row per article and sales channel of the $window_days days before $as_of: purchases by line, and their mean price.
-- Lines without a channel form one of their own, 0.
select
    a.article_row,
    cast(coalesce(t.sales_channel_id, 0) as integer) as channel,
    cast(count(*) as integer) as units,
    round(avg(cast(t.price as double)), 9) as price
from transactions as t
inner join article_rows as a on a.article_id = t.article_id
where
    date_diff('day', date '1970-01-01', t.t_dat) < $as_of
    and date_diff('day', date '1970-01-01', t.t_dat) >= $as_of - $window_days
group by a.article_row, cast(coalesce(t.sales_channel_id, 0) as integer)
order by a.article_row, channel
