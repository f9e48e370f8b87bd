-- The articles each customer of described_customers bought before $as_of: the $history_length strongest.
-- The strength of an article is the number of days on which the customer bought it; a day counts half as much for each
-- $half_life_days that have passed since. Ownership is the sum over these days of $ownership_decay to the power of the
-- number of the customer's later baskets.
with baskets_before as (
    select b.customer_row, max(basket_number) as baskets
    from baskets as b
    inner join described_customers as d on d.customer_row = b.customer_row
    where basket_day < $as_of
    group by b.customer_row
),

pairs as (
    select
        p.customer_row,
        article_row,
        cast(count(*) as integer) as days_bought,
        cast(sum(units) as integer) as units,
        cast(min(day) as integer) as first_day,
        cast(max(day) as integer) as last_day,
        round(sum(power(0.5, ($as_of - day) / cast($half_life_days as double))), 9) as strength,
        round(sum(power(cast($ownership_decay as double), t.baskets - b.basket_number)), 9) as ownership
    from purchases as p
    inner join baskets_before as t on t.customer_row = p.customer_row
    inner join baskets as b on b.customer_row = p.customer_row and b.basket_day = p.day
    where p.day < $as_of
    group by p.customer_row, article_row
),

ranked as (
    select
        pairs.*,
        row_number() over (
            partition by customer_row order by strength desc, last_day desc, article_row
        ) as strength_rank
    from pairs
)

select
    customer_row,
    article_row,
    days_bought,
    units,
    first_day,
    last_day,
    cast(strength as float) as strength,
    cast(ownership as float) as ownership
from ranked
where strength_rank <= $history_length
order by customer_row, strength_rank
