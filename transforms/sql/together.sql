-- Every two purchases by one customer of two articles, the lower row first, within $span_days and $lines_per_customer
-- lines of one another, made once for all states: each counts those that lie in its days. `once` is 1 where the customer
-- bought neither article at another time. Pairs that one customer alone bought make no neighbours and are left out.
-- Lines meet by blocks of $lines_per_customer, so that a customer of any length makes so many pairs a line and no more.
with blocks as (
    select together_lines.*, cast(floor(line_number / cast($lines_per_customer as double)) as integer) as block
    from together_lines
),

later as (
    select blocks.*, block as meets from blocks
    union all
    select blocks.*, block - 1 as meets from blocks
),

pairs as (
    select
        x.customer_row,
        least(x.article_row, y.article_row) as article_row,
        greatest(x.article_row, y.article_row) as neighbour_row,
        x.day as first_day,
        y.day as last_day,
        x.line_number as first_line,
        case when x.times = 1 and y.times = 1 then 1 else 0 end as once
    from blocks as x
    inner join later as y
        on y.customer_row = x.customer_row
        and y.meets = x.block
        and y.line_number > x.line_number
        and y.line_number < x.line_number + $lines_per_customer
        and y.day <= x.day + $span_days
        and y.article_row <> x.article_row
),

shared as (
    select article_row, neighbour_row from pairs group by article_row, neighbour_row having count(*) >= 2
)

select pairs.*
from pairs
inner join shared on shared.article_row = pairs.article_row and shared.neighbour_row = pairs.neighbour_row
