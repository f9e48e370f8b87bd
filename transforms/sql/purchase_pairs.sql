-- Pairs of purchases of two articles by one customer, the lower article row first, that are at most $span_days and
-- fewer than $purchases_per_customer purchases apart. The pairs are built once for all states; each state counts those
-- of its days. `once` is 1 if the customer bought each of the two articles once. Pairs of articles with only one pair
-- of purchases cannot become neighbours and are left out.
-- Purchases are joined block by block ($purchases_per_customer purchases a block), so each purchase forms fewer than
-- $purchases_per_customer pairs with later ones, however many purchases the customer has.
with blocks as (
    select
        numbered_purchases.*,
        cast(floor(purchase_number / cast($purchases_per_customer as double)) as integer) as block
    from numbered_purchases
),

later as (
    select blocks.*, block as join_block from blocks
    union all
    select blocks.*, block - 1 as join_block from blocks
),

pairs as (
    select
        x.customer_row,
        least(x.article_row, y.article_row) as article_row,
        greatest(x.article_row, y.article_row) as neighbour_row,
        x.day as first_day,
        y.day as last_day,
        x.purchase_number as first_number,
        case when x.article_purchases = 1 and y.article_purchases = 1 then 1 else 0 end as once
    from blocks as x
    inner join later as y
        on y.customer_row = x.customer_row
        and y.join_block = x.block
        and y.purchase_number > x.purchase_number
        and y.purchase_number < x.purchase_number + $purchases_per_customer
        and y.day <= x.day + $span_days
        and y.article_row <> x.article_row
),

shared as (
    select article_row, neighbour_row from pairs group by article_row, neighbour_row having count(*) >= 2
)

select pairs.*
from pairs
inner join shared on shared.article_row = pairs.article_row and shared.neighbour_row = pairs.neighbour_row
