-- The catalogue, sorted by id: an article's row number is its key in every table of the state.
select
    cast(row_number() over (order by article_id) - 1 as integer) as article_row,
    articles.*
from articles
order by article_id
