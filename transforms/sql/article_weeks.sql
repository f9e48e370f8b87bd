-- Units and revenue of each article in each week before $as_of with a purchase. Week 1 is the last one before $as_of;
-- each is $label_days long.
with sold as (
    select
        article_row,
        cast(floor(($as_of - 1 - day) / cast($label_days as double)) as integer) + 1 as week,
        units,
        revenue
    from article_days
    where day < $as_of
)

select
    article_row,
    week,
    cast(sum(units) as integer) as units,
    cast(round(sum(revenue), 6) as double) as revenue
from sold
group by article_row, week
order by article_row, week
