-- One row per customer and day with a purchase, numbered within the customer from the oldest, which is 1.
with days as (
    select customer_row, day as basket_day from purchases group by customer_row, day
)

select
    customer_row,
    basket_day,
    cast(row_number() over (partition by customer_row order by basket_day) as integer) as basket_number
from days
