using System.Globalization;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Samples;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Which jobs are dropped for whom: the same ones for the same count and month.</summary>
internal sealed record DemoPlan
{
    public const int Fewest = 10;

    public const int Most = 10_000;

    private const int WithCertificate = 16;

    private static readonly DemoCase[] Special =
    [
        DemoCase.Malformed, DemoCase.PreferredWithoutCertificate, DemoCase.ExpiredCertificate, DemoCase.NotPdf, DemoCase.RequiredWithoutCertificate,
    ];

    /// <summary>The batch, named after the month.</summary>
    public required string Batch { get; init; }

    /// <summary>The month that the statements are of.</summary>
    public required DateOnly Month { get; init; }

    public required IReadOnlyList<DemoJob> Jobs { get; init; }

    /// <summary>Everyone who gets a certificate, a good one or an expired one.</summary>
    public required IReadOnlyList<RecipientOrder> Certificates { get; init; }

    /// <param name="count">From <see cref="Fewest"/> to <see cref="Most"/>.</param>
    /// <param name="today">The statements are of the month before.</param>
    public static DemoPlan Make(int count, DateOnly today)
    {
        var month = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        var special = Special.Index().ToDictionary(one => ((2 * one.Index) + 1) * count / (2 * Special.Length), one => one.Item);
        return new DemoPlan
        {
            Batch = month.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            Month = month,
            Jobs = [.. Enumerable.Range(0, count).Select(number => MakeJob(number, special.GetValueOrDefault(number)))],
            Certificates =
            [
                .. Enumerable.Range(1, WithCertificate).Select(number => Order(SamplePerson.Number(number), Key(number))),
                Order(Person(0, DemoCase.ExpiredCertificate), KeyKind.P256, RecipientFault.Expired),
            ],
        };
    }

    private static DemoJob MakeJob(int number, DemoCase special) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{number + 1:000000}"),
        Seed = number + 1,
        Recipient = Person(number, special),
        Case = special,
    };

    private static SamplePerson Person(int number, DemoCase special) => SamplePerson.Number(special switch
    {
        DemoCase.RequiredWithoutCertificate => WithCertificate + 1,
        DemoCase.PreferredWithoutCertificate => WithCertificate + 2,
        DemoCase.ExpiredCertificate => WithCertificate + 3,
        _ => 1 + (number % WithCertificate),
    });

    private static RecipientOrder Order(SamplePerson person, KeyKind key, RecipientFault fault = RecipientFault.None) =>
        new(person.Email, person.Name, key, fault);

    // RSA, P-256, here and there P-384; making an RSA key takes longer than sealing a statement.
    private static KeyKind Key(int number) => (number % 8) switch
    {
        1 or 5 => KeyKind.Rsa2048,
        0 => KeyKind.P384,
        _ => KeyKind.P256,
    };
}
