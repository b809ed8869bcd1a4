using System.Diagnostics.CodeAnalysis;

namespace MeSign.Statements.Issuers;

/// <summary>A domain of recipients: <c>example.com</c> is that domain alone, <c>*.example.com</c> everything below it.</summary>
public sealed record DomainRule
{
    private readonly string _domain;
    private readonly bool _below;

    private DomainRule(string domain, bool below)
    {
        _domain = domain;
        _below = below;
    }

    /// <param name="domain">As <see cref="EmailAddress.Domain"/> has it.</param>
    public bool Matches(string domain) => _below
        ? domain.Length > _domain.Length && domain[^(_domain.Length + 1)] == '.' && domain.EndsWith(_domain, StringComparison.OrdinalIgnoreCase)
        : domain.Equals(_domain, StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string text, [NotNullWhen(true)] out DomainRule? rule)
    {
        var below = text.StartsWith("*.", StringComparison.Ordinal);
        rule = EmailAddress.TryParse($"x@{(below ? text[2..] : text)}", out var address, out _) ? new(address.Domain, below) : null;
        return rule is not null;
    }
}
