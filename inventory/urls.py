"""At what address?"""

from django.urls import path

from inventory.views import buffers, confirming, garments, products, publishing, rehearsals, stock, stock_files, uploads

app_name = "inventory"

urlpatterns = [
    path("mappings/proposals/<int:pk>/", rehearsals.page, name="rehearsal"),
    path("mappings/proposals/<int:pk>/effect.csv", rehearsals.download, name="rehearsal-csv"),
    path("mappings/proposals/<int:pk>/rehearse/", rehearsals.rehearse, name="rehearse"),
    path("mappings/proposals/<int:pk>/publish/", rehearsals.publish, name="publish-meanings"),
    path("mappings/proposals/<int:pk>/approve/", rehearsals.approve, name="approve-meanings"),
    path("mappings/proposals/<int:pk>/refuse/", rehearsals.refuse, name="refuse-meanings"),
    path("mappings/proposals/<int:pk>/roll-back/", rehearsals.roll_back, name="roll-back"),
    path("products/", products.product_list, name="products"),
    path("products/upload/", uploads.upload_products, name="upload"),
    path("products/acs-setup/", uploads.upload_setup, name="upload-setup"),
    path("products/sources/", products.source_orders, name="sources"),
    path("products/<path:sku>/size/", products.fix_size, name="fix-size"),
    path("products/<path:sku>/learnt/", products.accept_learnt, name="accept-learnt"),
    path("products/<path:sku>/source/", products.decide_source, name="decide-source"),
    path("stock/publishing/", publishing.overview, name="publishing"),
    path("stock/publishing/freeze/", publishing.freeze, name="freeze"),
    path("stock/publishing/unfreeze/", publishing.unfreeze, name="unfreeze"),
    path("stock/<path:sku>/publish/", publishing.publish_now, name="publish-now"),
    path("stock/files/", stock_files.file_list, name="stock-files"),
    path("stock/files/upload/", stock_files.upload, name="upload-stock"),
    path("stock/files/<int:pk>/", stock_files.one_file, name="stock-file"),
    path("stock/files/<int:pk>/apply/", stock_files.apply_file, name="apply-stock"),
    path("stock/", stock.stock_list, name="stock"),
    path("stock/garments/", garments.garment_list, name="garments"),
    path("stock/garments/<path:rfid>/confirm/", confirming.confirm, name="confirm-garment"),
    path("stock/garments/<path:rfid>/", garments.garment_page, name="garment"),
    path("stock/buffers/", buffers.buffer_list, name="buffers"),
    path("stock/buffers/set/", buffers.set_rule, name="set-buffer"),
    path("stock/buffers/<int:pk>/drop/", buffers.drop_rule, name="drop-buffer"),
    path("stock/<path:sku>/reserve/", stock.reserve, name="reserve"),
    path("stock/<path:sku>/", stock.sku_page, name="sku"),  # the last, because a SKU may look like anything
]
