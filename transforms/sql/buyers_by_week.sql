-- Number of customers who bought in each week of $label_days before $cut. Weeks count backwards: week 0 ends the day
-- before $cut.
with weeks as (
    select distinct
        customer_row,
        ($cut - 1 - day) // $label_days as week
    from purchases
    where day < $cut
)

select
    week,
    count(*) as customers
from weeks
group by week
order by week
