# The fruits, and two tasks of the whole image: what each pixel shows, and what the table is made
# of. tools/prepare/synthetic_fruit.py makes both; the stems are 255 in the maps, not labelled.
_base_ = './fruit.py'
tasks = dict(
    surface=dict(
        type='SemanticTask',
        classes=('table', 'cucumber', 'color_board'),
        background='table',
    ),
    table=dict(
        type='ClassificationTask',
        per='image',
        classes=('wood', 'cloth', 'concrete', 'speckled', 'plain', 'metal'),
    ),
)
