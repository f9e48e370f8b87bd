-- Each of state_customers as of $as_of, also those who have not bought yet (zeros, days -1).
with bought as (
    select
        p.customer_row,
        sum(quantity) as purchases,
        count(distinct article_row) as articles,
        count(distinct day) as baskets,
        count(*) as lines,
        sum(price * quantity) / sum(quantity) as mean_price,
        min(day) as first_day,
        max(day) as last_day,
        sum(case when day >= $as_of - 7 then quantity else 0 end) as purchases_7d,
        sum(case when day >= $as_of - 30 then quantity else 0 end) as purchases_30d,
        count(distinct case when day >= $as_of - 30 then day end) as baskets_30d,
        count(distinct case when day >= $as_of - 90 then day end) as baskets_90d
    from purchases as p
    inner join state_customers as s on s.customer_row = p.customer_row
    where p.day < $as_of
    group by p.customer_row
)

select
    c.customer_row,
    cast(coalesce(b.purchases, 0) as integer) as purchases,
    cast(coalesce(b.articles, 0) as integer) as articles,
    cast(coalesce(b.baskets, 0) as integer) as baskets,
    cast(coalesce(b.lines, 0) as integer) as lines,
    cast(coalesce(b.purchases_7d, 0) as integer) as purchases_7d,
    cast(coalesce(b.purchases_30d, 0) as integer) as purchases_30d,
    cast(coalesce(b.baskets_30d, 0) as integer) as baskets_30d,
    cast(coalesce(b.baskets_90d, 0) as integer) as baskets_90d,
    cast(round(coalesce(b.mean_price, 0.0), 9) as float) as mean_price,
    cast(coalesce(b.first_day, -1) as integer) as first_day,
    cast(coalesce(b.last_day, -1) as integer) as last_day
from state_customers as c
left join bought as b on b.customer_row = c.customer_row
order by c.customer_row
