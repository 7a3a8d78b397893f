"""Settings of the gateway service."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

WECHAT = "https://api.weixin.qq.com"
WECHAT_DOUBLE = "http://wechat"  # a sandbox never asks the real one unless it is told to
SANDBOX_SCALE = 100  # the demo lives a year in a minute, as few principals


class Settings(ServiceSettings):
    """What the gateway service reads from its environment, as `GATEWAY_*`."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore", frozen=True)

    wechat_url: str | None = None
    wechat_appid: str = ""
    wechat_secret: SecretStr = SecretStr("")

    argon2_memory_kib: int = Field(64 * 1024, ge=8)
    argon2_rounds: int = Field(3, ge=1)
    argon2_lanes: int = Field(1, ge=1)
    argon2_at_once: int = Field(2, ge=1)

    revocations_s: float = Field(2.0, ge=0, le=5)

    # Requests a minute, of one principal or of one address without a token.
    budget_reads: int = Field(600, ge=1)
    budget_writes: int = Field(240, ge=1)
    budget_uploads: int = Field(30, ge=1)
    budget_logins: int = Field(20, ge=1)
    budget_misses: int = Field(60, ge=1)
    budget_scale: int | None = Field(None, ge=1)

    @property
    def wechat(self) -> str:
        """Return where `code2session` is asked."""
        return self.wechat_url or (WECHAT_DOUBLE if self.sandbox else WECHAT)

    @property
    def budgets(self) -> dict[str, int]:
        """Return the budgets by class, in requests a minute."""
        scale = self.budget_scale or (SANDBOX_SCALE if self.sandbox else 1)
        classes = ("reads", "writes", "uploads", "logins", "misses")
        return {name: getattr(self, f"budget_{name}") * scale for name in classes}
