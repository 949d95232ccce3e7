"""Which heads may learn from images where not every object is labelled."""

from __future__ import annotations

from mmdet.models import dense_heads as mmdet_heads
from torch import nn

from projects.smn.errors import UserError, listing

from .class_negatives import ClassNegatives, SSDClassNegatives
from .complete_only_assigner import CompleteOnlyAssigner, CompleteOnlyTargets, LabelledOnlyLoss

# Where each keeps the assigners that say what is background. Exact types, not subclasses: a
# subclass may take for background whatever is not positive, as those of VFNet and FreeAnchor do.
# They give their loss_cls, as first arguments, scores in the order of ClassNegatives and labels in
# which num_classes is the background.
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

    Where an image is complete for some classes, what matches no box is negative for these, in the
    dense heads of mmdet that are admitted. To another head such an image is not complete.

    A head of your own takes part by a class attribute ``spares_incomplete_images``: the names of
    its attributes that hold an assigner, such as ``('assigner',)``; ``()`` if it looks at
    ``gt_instances.metainfo['complete']`` itself. If it lets negatives count class by class itself,
    as ``MultiTaskRoIHead`` does, ``spares_classes`` is true as well: then it is given those of
    images that are complete for some classes. Both count for this class, not for subclasses.

    Args:
        head: A dense head or a RoI head; gets an attribute ``learns_by_class``.

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
    own = 'spares_classes' in vars(kind)
    by_class = head.spares_classes if own else kind in ADMITTED and kind not in OF_NO_CLASS
    head.learns_by_class = by_class
    for name in assigners if head.train_cfg else ():  # else it has none, and cannot be trained
        setattr(head, name, CompleteOnlyAssigner(getattr(head, name), by_class))
    if kind is mmdet_heads.FCOSHead:
        head._get_targets_single = CompleteOnlyTargets(head._get_targets_single, head.num_classes)
        head.loss_cls = LabelledOnlyLoss(head.loss_cls)
    if kind is mmdet_heads.SSDHead:
        SSDClassNegatives(head)
    elif by_class and kind in ADMITTED:
        ClassNegatives(head)
