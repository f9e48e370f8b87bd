-- All articles, sorted by id. `article_row` is the row number from 0, the key of articles in all other tables.
select
    cast(row_number() over (order by article_id) - 1 as integer) as article_row,
    articles.*
from articles
order by article_id
