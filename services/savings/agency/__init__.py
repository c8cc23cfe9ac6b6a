"""Agency business 代理业务: wages paid and bills collected for organisations."""
