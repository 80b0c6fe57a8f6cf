"""At what address?"""

from django.urls import path

from inventory.views import buffers, garments, products, stock, uploads

app_name = "inventory"

urlpatterns = [
    path("products/", products.product_list, name="products"),
    path("products/upload/", uploads.upload_products, name="upload"),
    path("products/acs-setup/", uploads.upload_setup, name="upload-setup"),
    path("products/<path:sku>/size/", products.fix_size, name="fix-size"),
    path("products/<path:sku>/learnt/", products.accept_learnt, name="accept-learnt"),
    path("stock/", stock.stock_list, name="stock"),
    path("stock/garments/", garments.garment_list, name="garments"),
    path("stock/garments/<path:rfid>/", garments.garment_page, name="garment"),
    path("stock/buffers/", buffers.buffer_list, name="buffers"),
    path("stock/buffers/set/", buffers.set_rule, name="set-buffer"),
    path("stock/buffers/<int:pk>/drop/", buffers.drop_rule, name="drop-buffer"),
    path("stock/<path:sku>/reserve/", stock.reserve, name="reserve"),
    path("stock/<path:sku>/", stock.sku_page, name="sku"),  # the last, because a SKU may look like anything
]
