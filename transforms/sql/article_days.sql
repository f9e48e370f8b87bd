-- What each article sold on each day, and to how many customers for the first time: a state adds up the days before it,
-- instead of counting every customer of an article once more for each state.
with sold as (
    select
        article_row,
        day,
        count(*) as lines,
        sum(quantity) as quantity,
        sum(quantity * price) as revenue
    from purchases
    group by article_row, day
),

firsts as (
    select article_row, min(day) as day from purchases group by customer_row, article_row
),

won as (
    select article_row, day, count(*) as new_customers from firsts group by article_row, day
)

select sold.*, coalesce(won.new_customers, 0) as new_customers
from sold
left join won on won.article_row = sold.article_row and won.day = sold.day
