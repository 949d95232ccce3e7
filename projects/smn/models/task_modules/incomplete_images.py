"""Which heads may learn from images where not every object is labelled."""

from __future__ import annotations

from mmdet.models import dense_heads as mmdet_heads
from torch import nn

from projects.smn.errors import UserError, listing

from .class_negatives import ClassNegatives, SSDClassNegatives
from .complete_only_assigner import CompleteOnlyAssigner, CompleteOnlyTargets, LabelledOnlyLoss

# Where each keeps the assigners that say what is background. Exact types, not subclasses: a
# subclass may take for background whatever is not positive, as those of VFNet and FreeAnchor do.
ADMITTED = {
    mmdet_heads.SSDHead: ('assigner',),
    mmdet_heads.RetinaHead: ('assigner',),
    mmdet_heads.RetinaSepBNHead: ('assigner',),
    mmdet_heads.RPNHead: ('assigner',),
    mmdet_heads.ATSSHead: ('assigner',),
    mmdet_heads.GFLHead: ('assigner',),
    mmdet_heads.RTMDetHead: ('assigner',),
    mmdet_heads.RTMDetSepBNHead: ('assigner',),
    mmdet_heads.TOODHead: ('assigner', 'alignment_assigner'),
    mmdet_heads.DDODHead: ('cls_assigner', 'reg_assigner'),
    mmdet_heads.FCOSHead: (),
}
# What these propose is of no class, so that nothing is negative unless all classes are complete.
OF_NO_CLASS = (mmdet_heads.RPNHead,)


def spare_incomplete_images(head: nn.Module) -> None:
    """Let a head take nothing for background on images that are not labelled completely.

    Where an image is complete for some classes, what matches no box is negative for these, if mmdet
    made the head. To another one such an image is not complete.

    A head of your own takes part by a class attribute ``spares_incomplete_images``: the names of
    its attributes that hold an assigner, such as ``('assigner',)``; ``()`` if it looks at
    ``gt_instances.metainfo['complete']`` itself. It counts for this class, not for subclasses.

    Args:
        head: A dense head or a RoI head.

    Raises:
        UserError: If it is not known of the head's type that it leaves out what its assigner
            leaves out.
    """
    kind = type(head)
    assigners = vars(kind).get('spares_incomplete_images', ADMITTED.get(kind))
    if assigners is None:
        known = listing((cls.__name__ for cls in ADMITTED), 20)
        raise UserError(
            f'{kind.__name__} was not tested with images that are not labelled completely, which '
            f'could teach it that there is nothing; take one of {known}, also if all images are '
            'labelled completely, or say in a class of your own where its assigners are: '
            "spares_incomplete_images = ('assigner',)"
        )
    by_class = getattr(head, 'spares_classes', kind in ADMITTED and kind not in OF_NO_CLASS)
    for name in assigners if head.train_cfg else ():  # else it has none, and cannot be trained
        setattr(head, name, CompleteOnlyAssigner(getattr(head, name), by_class))
    if kind is mmdet_heads.FCOSHead:
        head._get_targets_single = CompleteOnlyTargets(head._get_targets_single, head.num_classes)
        head.loss_cls = LabelledOnlyLoss(head.loss_cls)
    if kind is mmdet_heads.SSDHead:
        SSDClassNegatives(head)
    elif by_class and kind in ADMITTED:
        ClassNegatives(head)
