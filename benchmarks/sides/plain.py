"""The same Transformer in plain PyTorch, as in its documentation: nn.Transformer, nn.CrossEntropyLoss, Adam."""

import math

import torch
from torch import Tensor, nn

from seqkd.data.batching import Batch
from seqkd.data.dataset import PAD
from seqkd.models.transformer import Transformer, sinusoids
from seqkd.models.transformer_settings import TransformerSettings


class Plain(nn.Module):
    """Pre-norm encoder-decoder with one embedding matrix for source, target and output projection."""

    def __init__(self, settings: TransformerSettings, vocabulary: int) -> None:
        super().__init__()
        self.settings = settings
        self.embedding = nn.Embedding(vocabulary, settings.dim)
        self.transformer = nn.Transformer(
            settings.dim,
            settings.heads,
            settings.encoder_layers,
            settings.decoder_layers,
            settings.ffn_dim,
            settings.dropout,
            batch_first=True,
            norm_first=True,
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.register_buffer("positions", sinusoids(1024, settings.dim).float(), persistent=False)

    def embed(self, ids: Tensor) -> Tensor:
        """[B, T] to [B, T, dim]."""
        x: Tensor = self.embedding(ids) * math.sqrt(self.settings.dim) + self.positions[: ids.shape[1]]  # type: ignore[index]
        return self.dropout(x)  # type: ignore[no-any-return]

    def forward(self, src: Tensor, prefix: Tensor) -> Tensor:
        """Logits of every position, [B, T, V]."""
        causal = nn.Transformer.generate_square_subsequent_mask(prefix.shape[1]) < 0
        hidden = self.transformer(
            self.embed(src),
            self.embed(prefix),
            tgt_mask=causal,
            src_key_padding_mask=src == PAD,
            tgt_key_padding_mask=prefix == PAD,
            memory_key_padding_mask=src == PAD,
            tgt_is_causal=True,
        )
        return hidden @ self.embedding.weight.T  # type: ignore[no-any-return]


class PlainTrainer:
    """The training loop of the PyTorch documentation."""

    def __init__(self, model: Plain, *, autocast: bool, rate: float = 0.0005) -> None:
        self.model, self.autocast = model, autocast
        self.optimizer = torch.optim.Adam(model.parameters(), lr=rate, betas=(0.9, 0.98), fused=True)
        self.loss = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)

    def update(self, batch: Batch) -> float:
        """One optimiser step; returns the mean loss per target token."""
        self.model.train()
        self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            logits = self.model(batch.src, batch.prefix)
            loss = self.loss(logits.flatten(0, 1), batch.target.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()  # type: ignore[no-any-return]


def to_plain(ours: Transformer, plain: Plain) -> None:
    """Copy the weights of our model into the plain one."""
    _copy(ours, plain, to_ours=False)


def to_ours(plain: Plain, ours: Transformer) -> None:
    """Copy the weights of the plain model into ours."""
    _copy(ours, plain, to_ours=True)


@torch.no_grad()
def _copy(ours: Transformer, plain: Plain, *, to_ours: bool) -> None:
    ours_by_name = dict(ours.named_parameters())
    for name, parameter in plain.named_parameters():
        targets = [ours_by_name[our_name] for our_name in our_names(name)]
        if to_ours:
            for target, rows in zip(targets, parameter.split([len(target) for target in targets]), strict=True):
                target.copy_(rows)
        else:
            parameter.copy_(torch.cat(targets))


def our_names(plain: str) -> list[str]:
    """Names of our parameters that form one of the plain model, e.g. query and key-value of a cross-attention."""
    if plain == "embedding.weight":
        return ["tgt_embedding"]
    side, _, path = plain.removeprefix("transformer.").partition(".")
    kind = path.rsplit(".", 1)[-1]
    if path.startswith("norm."):
        return [f"{side}_norm.{kind}"]
    _, number, module = path.split(".", 2)
    layer, suffix = f"{side}.{number}", kind.removeprefix("in_proj_")
    if module.startswith("multihead_attn.in_proj"):
        return [f"{layer}.cross.query.{suffix}", f"{layer}.cross.kv.{suffix}"]
    norms = ("attention", "feed") if side == "encoder" else ("attention", "cross", "feed")
    stems = {"self_attn.in_proj": "attention.qkv", "self_attn.out_proj": "attention.out"}
    stems |= {"multihead_attn.out_proj": "cross.out", "linear1": "feed.up", "linear2": "feed.down"}
    stems |= {f"norm{i}": f"{name}.norm" for i, name in enumerate(norms, 1)}
    stem = "self_attn.in_proj" if module.startswith("self_attn.in_proj") else module.rsplit(".", 1)[0]
    return [f"{layer}.{stems[stem]}.{suffix}"]
