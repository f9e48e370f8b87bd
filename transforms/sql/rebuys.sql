-- For each week from $first_day until $end and each article that a customer with a basket in the week owned or bought:
-- owners, expected and observed re-buyers, and other buyers. A week is $label_days long.
-- An owner has a basket with the article before the week. Ownership is the sum over these baskets of $ownership_decay to
-- the power of the number of later baskets before the week. Re-buyers are owners who bought the article in the week;
-- expected re-buyers are the article's share of the week's ownership times all re-buyers of the week.
with weekly_baskets as (
    select
        customer_row,
        basket_number,
        cast(floor((basket_day - $first_day) / cast($label_days as double)) as integer) as week
    from baskets
    where basket_day >= $first_day and basket_day < $end
),

active as (
    select week, customer_row, min(basket_number) - 1 as baskets_before
    from weekly_baskets
    group by week, customer_row
),

contents as (
    select p.customer_row, p.article_row, p.day, b.basket_number
    from purchases as p
    inner join baskets as b on b.customer_row = p.customer_row and b.basket_day = p.day
),

owned as (
    select
        a.week,
        a.customer_row,
        c.article_row,
        sum(power(cast($ownership_decay as double), a.baskets_before - c.basket_number)) as ownership
    from active as a
    inner join contents as c on c.customer_row = a.customer_row and c.basket_number <= a.baskets_before
    group by a.week, a.customer_row, c.article_row
),

bought as (
    select
        cast(floor((day - $first_day) / cast($label_days as double)) as integer) as week,
        customer_row,
        article_row
    from purchases
    where day >= $first_day and day < $end
    group by cast(floor((day - $first_day) / cast($label_days as double)) as integer), customer_row, article_row
),

pairs as (
    select
        coalesce(o.week, b.week) as week,
        coalesce(o.article_row, b.article_row) as article_row,
        case when o.customer_row is not null then 1 else 0 end as owns,
        case when b.customer_row is not null then 1 else 0 end as buys,
        coalesce(o.ownership, 0.0) as ownership
    from owned as o
    full outer join bought as b
        on b.week = o.week and b.customer_row = o.customer_row and b.article_row = o.article_row
),

counted as (
    select
        week,
        article_row,
        sum(owns) as owners,
        sum(owns * buys) as rebuyers,
        sum(buys) - sum(owns * buys) as new_buyers,
        sum(ownership) as ownership
    from pairs
    group by week, article_row
),

totals as (
    select
        week,
        cast(sum(rebuyers) as double) / nullif(sum(ownership), 0.0) as rebuyers_per_ownership
    from counted
    group by week
),

buyers as (
    select week, count(*) as active_customers from active group by week
)

select
    $first_day + (c.week + 1) * $label_days as week_end,
    c.article_row,
    cast(c.owners as integer) as owners,
    cast(c.rebuyers as integer) as rebuyers,
    cast(c.new_buyers as integer) as new_buyers,
    cast(b.active_customers as integer) as active_customers,
    c.ownership * coalesce(t.rebuyers_per_ownership, 0.0) as expected_rebuyers
from counted as c
inner join totals as t on t.week = c.week
inner join buyers as b on b.week = c.week
