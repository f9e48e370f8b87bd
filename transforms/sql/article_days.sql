-- One row per article and day with a purchase: purchases, units, revenue, and customers who bought the article for the
-- first time. Each state sums the days before it, which is cheaper than counting the customers again for each state.
with sold as (
    select
        article_row,
        day,
        count(*) as purchases,
        sum(units) as units,
        sum(units * price) as revenue
    from purchases
    group by article_row, day
),

first_purchases as (
    select article_row, min(day) as day from purchases group by customer_row, article_row
),

new_buyers as (
    select article_row, day, count(*) as new_customers from first_purchases group by article_row, day
)

select sold.*, coalesce(new_buyers.new_customers, 0) as new_customers
from sold
left join new_buyers on new_buyers.article_row = sold.article_row and new_buyers.day = sold.day
