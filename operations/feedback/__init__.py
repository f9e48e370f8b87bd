"""Feedback: joins the articles that a model server has shown with the purchases of the days after."""
