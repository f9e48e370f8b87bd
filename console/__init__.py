"""The console: a web application over an output folder, the ingested tables, the photos and a model server.

    app = create_app(Console(out=..., shop=..., photos=..., models=..., versions=...))

Pages are rendered on the server and need no JavaScript. They show what the pipeline wrote and what the model server
answers; they compute no figure of a model. Ids and names are strangers' text: templates escape them, and ids travel in
the query of an address, never in its path.
"""
