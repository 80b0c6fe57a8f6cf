"""At what address?"""

from django.urls import path

from inventory.views import products, uploads

app_name = "inventory"

urlpatterns = [
    path("products/", products.product_list, name="products"),
    path("products/upload/", uploads.upload_products, name="upload"),
    path("products/acs-setup/", uploads.upload_setup, name="upload-setup"),
    path("products/sources/", products.source_orders, name="sources"),
    path("products/<path:sku>/size/", products.fix_size, name="fix-size"),
    path("products/<path:sku>/learnt/", products.accept_learnt, name="accept-learnt"),
    path("products/<path:sku>/source/", products.decide_source, name="decide-source"),
]
