"""The words of the letters that accounts send, in the reader's language."""

from battito.platform.mail import SystemMail


def invitation_letter(*, to: str, name: str, workspace: str, by: str, link: str, locale: str) -> SystemMail:
    """Somebody was invited."""
    if locale == "it":
        return SystemMail(
            to=to,
            to_name=name,
            subject=f"{by} ti ha invitato in {workspace}",
            text=f"Ciao {name},\n\n{by} ti ha invitato a lavorare in {workspace} con Battito.\n\nScegli la tua password qui, entro sette giorni:\n{link}\n",
        )
    return SystemMail(
        to=to,
        to_name=name,
        subject=f"{by} has invited you to {workspace}",
        text=f"Hello {name},\n\n{by} has invited you to work in {workspace} with Battito.\n\nChoose your password here, within seven days:\n{link}\n",
    )


def reset_letter(*, to: str, name: str, link: str, locale: str) -> SystemMail:
    """Somebody forgot a password (or a stranger typed their address)."""
    if locale == "it":
        return SystemMail(
            to=to,
            to_name=name,
            subject="La tua nuova password",
            text=f"Ciao {name},\n\nper scegliere una nuova password apri questo collegamento entro un’ora:\n{link}\n\n"
            "Se non l’hai chiesta tu, non devi fare niente: la password resta quella di prima.\n",
        )
    return SystemMail(
        to=to,
        to_name=name,
        subject="Your new password",
        text=f"Hello {name},\n\nto choose a new password open this link within an hour:\n{link}\n\n"
        "If you did not ask for it there is nothing to do: your password stays as it was.\n",
    )
