"""The shop on Shopify: Admin GraphQL."""
