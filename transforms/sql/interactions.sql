-- Purchases that train the towers: those from $window_days before $first_list_day on, with their week. Week 0 is before
-- $first_list_day; each later week has $label_days.
select
    c.customer_id,
    a.article_id,
    cast(p.day as bigint) as day,
    cast(
        case when p.day < $first_list_day then 0 else 1 + (p.day - $first_list_day) // $label_days end as bigint
    ) as week
from purchases as p
inner join customer_rows as c on c.customer_row = p.customer_row
inner join article_rows as a on a.article_row = p.article_row
where p.day >= $first_list_day - $window_days
order by p.customer_row, p.day, p.article_row
