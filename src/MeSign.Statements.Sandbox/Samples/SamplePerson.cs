using System.Globalization;
using System.Text;

namespace MeSign.Statements.Sandbox.Samples;

/// <summary>Somebody who does not exist.</summary>
/// <param name="Name">First and last name.</param>
/// <param name="Email">An address at <c>example.test</c> (RFC 2606), different for every number.</param>
/// <param name="Street">Street and house number.</param>
/// <param name="Town">Postal code and town.</param>
internal sealed record SamplePerson(string Name, string Email, string Street, string Town, SampleLanguage Language)
{
    private static readonly string[] EnglishFirst = ["Alice", "Ben", "Clara", "Daniel", "Emma", "Frank", "Grace", "Henry"];
    private static readonly string[] EnglishLast = ["Archer", "Baker", "Carter", "Dawson", "Ellis", "Fletcher", "Gardner"];
    private static readonly string[] EnglishStreets = ["Mill Lane", "Station Road", "Church Street", "Orchard Close"];
    private static readonly string[] EnglishTowns = ["BS1 0AA Bristol", "YO1 0AA York", "EH1 0AA Edinburgh"];
    private static readonly string[] CzechFirst = ["Anežka", "Bořivoj", "Čeněk", "Dušan", "Eliška", "Jiří", "Kateřina", "Ondřej"];
    private static readonly string[] CzechLast = ["Dvořák", "Kříž", "Němec", "Růžička", "Šťastný", "Veselý", "Žák"];
    private static readonly string[] CzechStreets = ["Údolní", "Květná", "Na Výšině", "Příční"];
    private static readonly string[] CzechTowns = ["602 00 Brno", "110 00 Praha 1", "779 00 Olomouc"];

    /// <summary>The person of this number: the same one every time, Czech for every other.</summary>
    public static SamplePerson Number(int number)
    {
        var numbers = new SampleNumbers((ulong)number);
        var czech = number % 2 == 1;
        var (first, last) = czech ? (numbers.Of(CzechFirst), numbers.Of(CzechLast)) : (numbers.Of(EnglishFirst), numbers.Of(EnglishLast));
        var (street, town) = czech ? (numbers.Of(CzechStreets), numbers.Of(CzechTowns)) : (numbers.Of(EnglishStreets), numbers.Of(EnglishTowns));
        var house = numbers.Between(1, 180);
        return new SamplePerson(
            $"{first} {last}",
            string.Create(CultureInfo.InvariantCulture, $"{Plain(first)}.{Plain(last)}.{number}@example.test"),
            czech ? $"{street} {house}" : $"{house} {street}",
            town,
            czech ? SampleLanguage.Czech : SampleLanguage.English);
    }

    private static string Plain(string name) => string.Concat(
        name.Normalize(NormalizationForm.FormD).Where(char.IsAsciiLetter)).ToLowerInvariant();
}
